import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { specWithStatus } from '../strategies';

export const flowSchema = defineKind(resources.flowSchemas, specWithStatus);
export const priorityLevelConfiguration = defineKind(resources.priorityLevelConfigurations, specWithStatus);
