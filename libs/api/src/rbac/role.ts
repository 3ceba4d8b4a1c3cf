import { defineKind } from '../define-kind';
import { pathSegmentName } from '../name-rules';
import { resources } from '../resources';

export const role = defineKind(resources.roles, { validateName: pathSegmentName });
