import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { specAlone } from '../strategies';

export const networkPolicy = defineKind(resources.networkPolicies, { shortNames: ['netpol'], ...specAlone });
