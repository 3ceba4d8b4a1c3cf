import type { SchedulerPlugin } from '../framework/plugin';
import { scoreMax } from '../framework/plugin';

const MB = 1024 * 1024;
/** Images below this size are pulled in no time, and above the upper one bigger makes no difference. */
const thresholdBytesMin = 23 * MB;
const thresholdBytesMaxPerContainer = 1000 * MB;

/** Prefers nodes that have the pod's images, weighed by how common the image is, so that no node draws all pods. */
export const imageLocality: SchedulerPlugin = {
  name: 'ImageLocality',
  prepareScore({ pod }, snapshot) {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const images = containers.map(({ image = '' }) => (/[:@][^/]*$/.test(image) ? image : `${image}:latest`));
    const spread = images.map((image) => snapshot.nodesWithImage(image) / Math.max(snapshot.nodes.length, 1));
    if (!spread.some((share) => share > 0)) return undefined;
    const thresholdMax = thresholdBytesMaxPerContainer * containers.length;
    return {
      score: (node) => {
        const bytes = images.reduce((sum, image, i) => sum + (node.images.get(image) ?? 0) * (spread[i] ?? 0), 0);
        const clamped = Math.min(Math.max(bytes, thresholdBytesMin), thresholdMax);
        return Math.floor((scoreMax * (clamped - thresholdBytesMin)) / (thresholdMax - thresholdBytesMin));
      },
    };
  },
};
