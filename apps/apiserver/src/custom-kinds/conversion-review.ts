/** ConversionReview (apiextensions/v1): what a conversion webhook is asked, and how its answer is judged. Pure. */
import { formatApiVersion, isJsonObject, jsonEqual, type KubernetesObject, type ObjectMeta } from '@typernetes/machinery';

export interface ConversionQuestion {
  readonly uid: string;
  /** `example.com/v2` */
  readonly desiredAPIVersion: string;
  readonly objects: readonly KubernetesObject[];
}

export const conversionReview = (request: ConversionQuestion): object => ({ kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', request });

/** How errors name what is converted: `example.com/v1, Kind=Shirt`. */
export const gvkText = (group: string, version: string, kind: string): string => `${formatApiVersion({ group, version })}, Kind=${kind}`;

/** Of metadata a converter may change labels and annotations; nothing else is its to say. */
function restoreMetadata(before: ObjectMeta = {}, after: ObjectMeta = {}): ObjectMeta {
  const { labels: _labels, annotations: _annotations, ...kept } = before;
  for (const field of ['name', 'namespace', 'uid'] as const) {
    if (!jsonEqual(after[field] ?? '', before[field] ?? '')) throw new Error(`invalid metadata in converted object: metadata.${field} may not be changed`);
  }
  return { ...kept, ...(after.labels ? { labels: after.labels } : {}), ...(after.annotations ? { annotations: after.annotations } : {}) };
}

function checkObject(value: unknown, before: KubernetesObject, { desiredAPIVersion }: ConversionQuestion, index: number): KubernetesObject {
  if (!isJsonObject(value)) throw new Error(`invalid converted object at index ${index}: not an object`);
  const { kind, apiVersion, metadata, ...rest } = value as KubernetesObject;
  if (apiVersion !== desiredAPIVersion) throw new Error(`expected converted object at index ${index} to have apiVersion ${JSON.stringify(desiredAPIVersion)}, got ${JSON.stringify(apiVersion ?? '')}`);
  if (kind !== before.kind) throw new Error(`expected converted object at index ${index} to have kind ${JSON.stringify(before.kind)}, got ${JSON.stringify(kind ?? '')}`);
  return { kind, apiVersion, metadata: restoreMetadata(before.metadata, metadata), ...rest };
}

/** The converted objects, in order. @throws Error that says what is wrong with the answer */
export function convertedObjects(answer: unknown, question: ConversionQuestion): KubernetesObject[] {
  const response = isJsonObject(answer) ? answer['response'] : undefined;
  if (!isJsonObject(response)) throw new Error('no response provided');
  const { uid, result, convertedObjects: converted } = response;
  if (uid !== question.uid) throw new Error(`expected response.uid=${JSON.stringify(question.uid)}, got ${JSON.stringify(uid ?? '')}`);
  if (!isJsonObject(result) || result['status'] !== 'Success') {
    const message = isJsonObject(result) && typeof result['message'] === 'string' ? result['message'] : '';
    throw new Error(message || `response.result.status was ${JSON.stringify(isJsonObject(result) ? (result['status'] ?? '') : '')}, not 'Success'`);
  }
  const objects = Array.isArray(converted) ? (converted as unknown[]) : [];
  if (objects.length !== question.objects.length) throw new Error(`expected ${question.objects.length} converted objects, got ${objects.length}`);
  return question.objects.map((before, i) => checkObject(objects[i], before, question, i));
}
