import { isIP } from 'node:net';
import { isConditionTrue } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { ServiceCIDR } from '../generated/types';
import { resources } from '../resources';
import { keepSpec, keepStatus } from '../strategies';

const ipText = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export const serviceCIDR = defineKind(resources.serviceCIDRs, { strategy: keepStatus, statusStrategy: keepSpec });

/** The object's name is the address. */
export const ipAddress = defineKind(resources.ipAddresses, { shortNames: ['ip'], validateName: (name) => (isIP(name) ? [] : [ipText]) });

/** May addresses be given out of its ranges? Not before somebody takes care of it, and not when it is about to go. */
export const isServiceCidrReady = ({ metadata, status }: ServiceCIDR): boolean => !metadata?.deletionTimestamp && isConditionTrue(status?.conditions, 'Ready');
