import type { Pod, ResourceV1ResourceClaim } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, splitKey, type ObjectKey } from '@typernetes/client';
import { controllerOf, hasReason, podResourceClaims } from '@typernetes/machinery';
import { newController, type ControllerContext, type ControllerDefinition } from '../context';
import { ClaimMaker } from './claim-maker';
import { ClaimKeeper } from './claim-keeper';

const usesClaim = 'usesResourceClaim';
const usesTemplate = 'usesResourceClaimTemplate';

const ignoreGone = (error: unknown): void => {
  if (!hasReason(error, 'NotFound')) throw error;
};

/** Keys of pods and of claims share a queue, as upstream's do. */
const podKey = (key: ObjectKey): ObjectKey => `pod:${key}`;
const claimKey = (key: ObjectKey): ObjectKey => `claim:${key}`;

/** Makes the claims of pods that name templates, frees claims whose users are gone, and deletes those that were made for pods that ended. */
export const resourceClaimController: ControllerDefinition = {
  name: 'resourceclaim-controller',
  setUp(context) {
    const { informers } = context;
    const pods = informers.informer(resources.pods);
    const claims = informers.informer(resources.resourceClaims);
    const templates = informers.informer(resources.resourceClaimTemplates);
    const maker = new ClaimMaker(context);
    const keeper = new ClaimKeeper(context);
    pods.addIndex(usesClaim, (pod) => podResourceClaims(pod).flatMap(({ claimName }) => (claimName ? [`${pod.metadata?.namespace}/${claimName}`] : [])));
    pods.addIndex(usesTemplate, (pod) => (pod.spec?.resourceClaims ?? []).flatMap(({ resourceClaimTemplateName: name }) => (name ? [`${pod.metadata?.namespace}/${name}`] : [])));
    const loop = newController(context, this.name, async (key) => {
      const name = key.slice(key.indexOf(':') + 1);
      if (key.startsWith('claim:')) return keeper.reconcile(name).catch(ignoreGone);
      const pod = pods.get(name);
      return pod && maker.reconcile(pod).catch(ignoreGone);
    });
    const claimsOf = (pod: Pod): void => {
      for (const { claimName } of podResourceClaims(pod)) if (claimName) loop.enqueue(claimKey(`${pod.metadata?.namespace}/${claimName}`));
    };
    const podSeen = (pod: Pod): void => {
      if (!pod.spec?.resourceClaims?.length) return;
      loop.enqueue(podKey(keyOf(pod)));
      claimsOf(pod);
    };
    pods.onChange({
      added: podSeen,
      updated: podSeen,
      deleted: (pod) => {
        maker.forget(pod);
        claimsOf(pod);
      },
    });
    followClaims(context, { claim: (key) => loop.enqueue(claimKey(key)), pod: (key) => loop.enqueue(podKey(key)) });
    templates.onChange({ added: (template) => pods.byIndex(usesTemplate, keyOf(template)).forEach((pod) => loop.enqueue(podKey(keyOf(pod)))) });
    claims.onChange({ added: (claim) => pods.byIndex(usesClaim, keyOf(claim)).forEach((pod) => loop.enqueue(podKey(keyOf(pod)))) });
    return (signal) => loop.run(signal);
  },
};

function followClaims({ informers }: ControllerContext, enqueue: { claim(key: ObjectKey): void; pod(key: ObjectKey): void }): void {
  const claims = informers.informer(resources.resourceClaims);
  const seen = (claim: ResourceV1ResourceClaim): void => {
    enqueue.claim(keyOf(claim));
    const owner = controllerOf(claim);
    // A claim that was made when its pod's status could not be written.
    if (owner?.kind === 'Pod') enqueue.pod(`${splitKey(keyOf(claim)).namespace}/${owner.name}`);
  };
  claims.onChange({ added: seen, updated: seen, deleted: seen });
}
