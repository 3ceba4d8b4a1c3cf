import { defineKind } from '../define-kind';
import { resources } from '../resources';

export const storageClass = defineKind(resources.storageClasses, { shortNames: ['sc'] });
export const volumeAttributesClass = defineKind(resources.volumeAttributesClasses, { shortNames: ['vac'] });
