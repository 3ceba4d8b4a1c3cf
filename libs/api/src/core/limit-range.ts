import { defineKind } from '../define-kind';
import { resources } from '../resources';

export const limitRange = defineKind(resources.limitRanges, { shortNames: ['limits'] });
