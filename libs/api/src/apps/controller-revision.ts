import { defineKind } from '../define-kind';
import { resources } from '../resources';

export const controllerRevision = defineKind(resources.controllerRevisions);
