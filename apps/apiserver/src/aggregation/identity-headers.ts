import type { OutgoingHttpHeaders } from 'node:http';
import type { UserInfo } from '../pipeline/types';

/** Names of the headers that tell an extension server who asks; what the configmap tells such servers says the same. */
export const identityHeaders = { user: 'X-Remote-User', uid: 'X-Remote-Uid', group: 'X-Remote-Group', extraPrefix: 'X-Remote-Extra-' } as const;

const isIdentity = (name: string): boolean => /^x-remote-(user|uid|group|extra-)/i.test(name);

/** Of an extra's key: what header names cannot have, in percent form (upstream's headerKeyEscape). */
const escapeKey = (key: string): string => [...Buffer.from(key)].map((byte) => (/[!#$&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('');

/** The headers with the user's identity; what a client says there itself is dropped. */
export function withIdentity(headers: OutgoingHttpHeaders, { name, uid, groups, extra = {} }: UserInfo): OutgoingHttpHeaders {
  const kept = Object.entries(headers).filter(([header]) => !isIdentity(header));
  const extras = Object.entries(extra).map(([key, values]): [string, string[]] => [`${identityHeaders.extraPrefix}${escapeKey(key)}`, [...values]]);
  return {
    ...Object.fromEntries(kept),
    [identityHeaders.user]: name,
    ...(uid ? { [identityHeaders.uid]: uid } : {}),
    ...(groups.length > 0 ? { [identityHeaders.group]: [...groups] } : {}),
    ...Object.fromEntries(extras),
  };
}
