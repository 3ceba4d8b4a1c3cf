import { defineKind } from '../define-kind';
import { pathSegmentName } from '../name-rules';
import { resources } from '../resources';

export const clusterRole = defineKind(resources.clusterRoles, { validateName: pathSegmentName });
