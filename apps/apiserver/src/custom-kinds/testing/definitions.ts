import type { CustomResourceDefinition, CustomResourceDefinitionVersion, JSONSchemaProps } from '@typernetes/api';
import { isConditionTrue, systemClock } from '@typernetes/machinery';
import type { TestApi } from '../../testing/start-test-api';

export const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export interface DefinitionTraits {
  readonly scope?: 'Cluster' | 'Namespaced';
  readonly names?: Partial<CustomResourceDefinition['spec']['names']>;
  readonly versions?: readonly (Partial<CustomResourceDefinitionVersion> & { schemaOf?: JSONSchemaProps })[];
}

const anything: JSONSchemaProps = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A definition of group example.com; the first version is the storage version. */
export function definitionOf(plural: string, { scope = 'Namespaced', names = {}, versions = [{}] }: DefinitionTraits = {}): CustomResourceDefinition {
  const kind = plural.charAt(0).toUpperCase() + plural.slice(1, -1);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope,
      names: { plural, kind, ...names },
      versions: versions.map(({ schemaOf, ...version }, i) => ({ name: `v${i + 1}`, served: true, storage: i === 0, schema: { openAPIV3Schema: schemaOf ?? anything }, ...version })),
    },
  };
}

/** Much longer than anything takes here. */
const patienceMs = 20_000;

/** Asks again and again until it is so. @throws Error when it never is */
export async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.monotonic() + patienceMs;
  while (!(await isSo())) {
    if (systemClock.monotonic() > deadline) throw new Error(`never: ${what}`);
    await systemClock.sleep(20);
  }
}

/** Creates it and waits until its kinds are served. */
export async function install(api: TestApi, definition: CustomResourceDefinition): Promise<CustomResourceDefinition> {
  const { code, text } = await api.call('POST', definitionsPath, { body: definition });
  if (code !== 201) throw new Error(text);
  const path = `${definitionsPath}/${definition.metadata?.name}`;
  let found: CustomResourceDefinition | undefined;
  await eventually(`${path} is established`, async () => {
    found = (await api.call('GET', path)).json as unknown as CustomResourceDefinition;
    return isConditionTrue(found.status?.conditions, 'Established');
  });
  return found as CustomResourceDefinition;
}
