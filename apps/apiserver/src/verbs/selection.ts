import type { KindDefinition } from '@typernetes/api';
import { apiErrors, FieldSelectorError, LabelSelectorError, fieldSelectorOf as selectorOf, parseFieldSelector, parseLabelSelector, type FieldRequirement, type FieldSelector, type LabelSelector } from '@typernetes/machinery';
import type { Attributes, Selection } from '@typernetes/storage';
import type { Call } from '../pipeline/call';
import type { ViewFilter } from '../store/prepared-watch';

/** What a list, watch or deletecollection selects: namespace, name, labels and fields. @throws ApiError BadRequest */
export function selectionOf({ environment, kind, request }: Call): Selection {
  const { target, options } = request;
  const labels = options.labelSelector ? parseLabels(options.labelSelector) : undefined;
  const wished = options.fieldSelector ? parseFields(kind, options.fieldSelector) : undefined;
  const fields = wished && kind.storedAs?.convert ? selectorOf(wished.requirements.filter(isOfMetadata)) : wished;
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

const isOfMetadata = ({ field }: FieldRequirement): boolean => field.startsWith('metadata.');

/**
 * What of a field selector only the kind's own view can answer: of objects that somebody else converts, the stored form
 * has other fields. Undefined when there is nothing of the kind. @throws ApiError BadRequest
 */
export function viewFilterOf({ kind, request }: Call): ViewFilter | undefined {
  const { fieldSelector } = request.options;
  if (!kind.storedAs?.convert || !fieldSelector) return undefined;
  const selector = selectorOf(parseFields(kind, fieldSelector).requirements.filter((requirement) => !isOfMetadata(requirement)));
  return selector.isEmpty ? undefined : (view) => selector.matchesBy((field) => kind.selectableFields[field]?.(view.object) ?? '');
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
