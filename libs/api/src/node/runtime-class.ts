import { defineKind } from '../define-kind';
import { resources } from '../resources';

export const runtimeClass = defineKind(resources.runtimeClasses);
