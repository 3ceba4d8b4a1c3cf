import type { KindDefinition } from '@typernetes/api';
import { apiErrors, FieldSelectorError, LabelSelectorError, parseFieldSelector, parseLabelSelector, type FieldSelector, type LabelSelector } from '@typernetes/machinery';
import type { Attributes, Selection } from '@typernetes/storage';
import type { Call } from '../pipeline/call';

/** What a list, watch or deletecollection selects: namespace, name, labels and fields. @throws ApiError BadRequest */
export function selectionOf({ environment, kind, request }: Call): Selection {
  const { target, options } = request;
  const labels = options.labelSelector ? parseLabels(options.labelSelector) : undefined;
  const fields = options.fieldSelector ? parseFields(kind, options.fieldSelector) : undefined;
  const required = Object.fromEntries((fields?.requirements ?? []).filter(({ operator }) => operator === '=').map(({ field, value }) => [field, value]));
  const scope = kind.namespaced && target.namespace ? `${target.namespace}/` : '';
  const name = target.name || required['metadata.name'];
  const isExact = Boolean(name) && (!kind.namespaced || scope !== '');
  const matches = (attributes: Attributes): boolean => (labels?.matches(attributes.labels) ?? true) && (fields?.matches(attributes.fields) ?? true);
  return {
    prefix: isExact ? environment.stores.of(kind).cacheKey(target.namespace, name ?? '') : scope,
    ...(isExact ? { exact: true } : {}),
    ...(labels || fields ? { matches } : {}),
    ...(fields ? { requiredFields: required } : {}),
    ...(labels ? { requiredLabels: requiredLabels(labels) } : {}),
  };
}

/** Values of which an object must have one; of several requirements on a label the last will do. */
function requiredLabels({ requirements }: LabelSelector): Record<string, readonly string[]> {
  return Object.fromEntries(requirements.filter(({ operator }) => operator === '=' || operator === '==' || operator === 'in').map(({ key, values }) => [key, values]));
}

function parseLabels(text: string): LabelSelector {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    if (error instanceof LabelSelectorError) throw apiErrors.badRequest(error.message);
    throw error;
  }
}

function parseFields(kind: KindDefinition, text: string): FieldSelector {
  const selector = fieldSelectorOf(text);
  for (const { field } of selector.requirements) {
    const isKnown = field === 'metadata.name' || (field === 'metadata.namespace' && kind.namespaced) || field in kind.selectableFields;
    if (!isKnown) throw apiErrors.badRequest(`field label not supported: ${field}`);
  }
  return selector;
}

function fieldSelectorOf(text: string): FieldSelector {
  try {
    return parseFieldSelector(text);
  } catch (error) {
    if (error instanceof FieldSelectorError) throw apiErrors.badRequest(error.message);
    throw error;
  }
}
