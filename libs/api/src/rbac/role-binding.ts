import { defineKind } from '../define-kind';
import { pathSegmentName } from '../name-rules';
import { resources } from '../resources';

export const roleBinding = defineKind(resources.roleBindings, { validateName: pathSegmentName });
