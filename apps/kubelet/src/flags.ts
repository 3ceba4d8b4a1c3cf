import type { Taint } from '@typernetes/api';
import { EnvironmentError } from '@typernetes/component';
import { backOffMsMax } from './limits';

const parts = (text: string): string[] => text.split(',').map((part) => part.trim()).filter(Boolean);

/** `a=1,b=2`. @throws EnvironmentError */
export function parseMap(text: string): Record<string, string> {
  return Object.fromEntries(
    parts(text).map((part) => {
      const at = part.indexOf('=');
      if (at < 1) throw new EnvironmentError(`"${part}" must have the form key=value`, 2);
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  );
}

/** `key=value:effect,key:effect`. @throws EnvironmentError */
export function parseTaints(text: string): Taint[] {
  return parts(text).map((part) => {
    const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(part);
    if (!match) throw new EnvironmentError(`"${part}" must have the form key=value:effect`, 2);
    const [, key = '', value, effect = ''] = match;
    return { key, ...(value ? { value } : {}), effect };
  });
}

/** Seconds from 1 to 300, as milliseconds. @throws EnvironmentError */
export function parseRestartPeriod(text: string): number {
  const ms = Number(text) * 1_000;
  if (!(ms >= 1_000 && ms <= backOffMsMax)) throw new EnvironmentError(`"${text}" must be between 1 and ${backOffMsMax / 1_000} seconds`, 2);
  return ms;
}
