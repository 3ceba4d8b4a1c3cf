import { defineKind } from '../define-kind';
import { resources } from '../resources';

export const lease = defineKind(resources.leases);
