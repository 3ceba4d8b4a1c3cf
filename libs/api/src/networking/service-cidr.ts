import { isIP } from 'node:net';
import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepSpec, keepStatus } from '../strategies';

const ipText = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export const serviceCIDR = defineKind(resources.serviceCIDRs, { strategy: keepStatus, statusStrategy: keepSpec });

/** The object's name is the address. */
export const ipAddress = defineKind(resources.ipAddresses, { shortNames: ['ip'], validateName: (name) => (isIP(name) ? [] : [ipText]) });
