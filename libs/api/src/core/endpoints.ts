import { defineKind } from '../define-kind';
import { resources } from '../resources';

export const endpoints = defineKind(resources.endpoints, { shortNames: ['ep'], storagePath: 'services/endpoints' });
