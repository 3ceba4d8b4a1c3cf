import { defineKind } from '../define-kind';
import { pathSegmentName } from '../name-rules';
import { resources } from '../resources';

export const clusterRoleBinding = defineKind(resources.clusterRoleBindings, { validateName: pathSegmentName });
