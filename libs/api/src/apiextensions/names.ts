/** Which of the names that a definition asks for it gets: names of a group are first come, first served. Pure. */
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '../generated/types';

/** Names that others of the group have. */
export interface TakenNames {
  /** Plural, singular and short names: what can stand in a path or a command. */
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

export interface NamesVerdict {
  readonly acceptedNames: CustomResourceDefinitionNames;
  /** Absent when all were accepted. The last conflict that was found, as upstream reports it. */
  readonly conflict?: { readonly reason: string; readonly message: string };
}

const noNames: CustomResourceDefinitionNames = { plural: '', kind: '' };

/** Names that were accepted already stay; a new one is accepted when nobody else has it. */
export function acceptNames({ spec, status }: CustomResourceDefinition, taken: TakenNames): NamesVerdict {
  const { names } = spec;
  const before = status?.acceptedNames ?? noNames;
  const accepted: CustomResourceDefinitionNames = { ...before };
  let conflict: NamesVerdict['conflict'];
  const decide = <K extends 'kind' | 'listKind' | 'plural' | 'singular'>(field: K, used: ReadonlySet<string>, reason: string): void => {
    const name = names[field] ?? '';
    if (name === (before[field] ?? '') || !used.has(name)) accepted[field] = name;
    else conflict = { reason, message: inUse([name]) };
  };
  decide('plural', taken.resources, 'PluralConflict');
  decide('singular', taken.resources, 'SingularConflict');
  const shortNames = names.shortNames ?? [];
  const refused = shortNames.filter((name) => !before.shortNames?.includes(name) && taken.resources.has(name));
  if (refused.length > 0) conflict = { reason: 'ShortNamesConflict', message: inUse(refused) };
  else replaceList(accepted, 'shortNames', shortNames);
  decide('kind', taken.kinds, 'KindConflict');
  decide('listKind', taken.kinds, 'ListKindConflict');
  replaceList(accepted, 'categories', names.categories ?? []);
  return { acceptedNames: accepted, ...(conflict ? { conflict } : {}) };
}

function replaceList(names: CustomResourceDefinitionNames, field: 'categories' | 'shortNames', values: readonly string[]): void {
  if (values.length > 0) names[field] = [...values];
  else delete names[field];
}

function inUse(names: readonly string[]): string {
  const texts = names.map((name) => `${JSON.stringify(name)} is already in use`);
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
