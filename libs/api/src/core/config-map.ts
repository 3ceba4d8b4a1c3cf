import { defineKind } from '../define-kind';
import { resources } from '../resources';

export const configMap = defineKind(resources.configMaps, { shortNames: ['cm'] });
