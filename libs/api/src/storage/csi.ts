import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { countGenerationOfSpec } from '../strategies';

export const csiDriver = defineKind(resources.csiDrivers, { hasGeneration: true, strategy: { prepareForUpdate: countGenerationOfSpec } });
export const csiNode = defineKind(resources.csiNodes);
export const csiStorageCapacity = defineKind(resources.csiStorageCapacities);
