import type { ConfigMap, DownwardAPIVolumeFile, KeyToPath, Pod, Secret } from '@typernetes/api';
import type { PodFacts } from '../container/field-refs';
import { fieldValue, resourceValue } from '../container/field-refs';
import type { PayloadFile } from './atomic-writer';

export const defaultFileMode = 0o644;

/** All keys, or the chosen ones under their paths. @throws Error when a chosen key is missing and not optional */
function chosen(data: Map<string, Buffer>, items: KeyToPath[] | undefined, options: { what: string; mode: number; optional?: boolean }): Map<string, PayloadFile> {
  const { what, mode } = options;
  if (!items || items.length === 0) return new Map([...data].map(([key, bytes]) => [key, { data: bytes, mode }]));
  const files = new Map<string, PayloadFile>();
  for (const item of items) {
    const bytes = data.get(item.key);
    if (bytes) files.set(item.path, { data: bytes, mode: item.mode ?? mode });
    else if (!options.optional) throw new Error(`references non-existent ${what} key: ${item.key}`);
  }
  return files;
}

export function secretFiles(secret: Secret | undefined, items: KeyToPath[] | undefined, options: { mode: number; optional?: boolean }): Map<string, PayloadFile> {
  const data = new Map(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
  return chosen(data, items, { ...options, what: 'secret', optional: options.optional || undefined });
}

export function configMapFiles(map: ConfigMap | undefined, items: KeyToPath[] | undefined, options: { mode: number; optional?: boolean }): Map<string, PayloadFile> {
  const data = new Map(Object.entries(map?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)]));
  for (const [key, value] of Object.entries(map?.binaryData ?? {})) data.set(key, Buffer.from(value, 'base64'));
  return chosen(data, items, { ...options, what: 'config' });
}

export function downwardFiles(pod: Pod, items: DownwardAPIVolumeFile[] | undefined, options: { mode: number; facts: PodFacts }): Map<string, PayloadFile> {
  return new Map(
    (items ?? []).map(({ path, mode, fieldRef, resourceFieldRef }) => {
      const text = fieldRef
        ? fieldValue(pod, fieldRef.fieldPath, options.facts)
        : resourceFieldRef
          ? resourceValue(pod, resourceFieldRef, undefined, options.facts)
          : '';
      return [path, { data: Buffer.from(text), mode: mode ?? options.mode }];
    }),
  );
}
