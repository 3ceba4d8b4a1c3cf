import type { ClusterRole } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { isDeepStrictEqual } from 'node:util';
import { selectorFromObject } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';

/** The rules of all roles that an aggregated role selects, each once, in order of the roles' names. */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): NonNullable<ClusterRole['rules']> {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map((selector) => selectorFromObject(selector));
  const selected = roles
    .filter(({ metadata }) => metadata?.name !== role.metadata?.name && selectors.some((selector) => selector.matches(metadata?.labels ?? {})))
    .sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
  const rules: NonNullable<ClusterRole['rules']> = [];
  for (const rule of selected.flatMap((each) => each.rules ?? [])) {
    if (!rules.some((known) => isDeepStrictEqual(known, rule))) rules.push(rule);
  }
  return rules;
}

/** Keeps the rules of aggregated ClusterRoles (admin, edit, view) up to date. */
export const clusterRoleAggregationController: ControllerDefinition = {
  name: 'clusterrole-aggregation-controller',
  setUp(context) {
    const roles = context.informers.informer(resources.clusterRoles);
    const loop = newController(context, this.name, async (name) => {
      const role = roles.get(name);
      if (!role?.aggregationRule) return;
      const rules = aggregatedRules(role, roles.list());
      if (!isDeepStrictEqual(rules, role.rules ?? [])) await context.client.resource(resources.clusterRoles).update({ ...role, rules });
    });
    const enqueueAggregated = (): void => {
      for (const { metadata, aggregationRule } of roles.list()) if (aggregationRule) loop.enqueue(metadata?.name ?? '');
    };
    roles.onChange({ added: enqueueAggregated, updated: enqueueAggregated, deleted: enqueueAggregated });
    return (signal) => loop.run(signal);
  },
};
