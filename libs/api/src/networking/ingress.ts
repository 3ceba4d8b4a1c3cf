import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepSpec, specAlone, withStatusOf } from '../strategies';

export const ingress = defineKind(resources.ingresses, {
  shortNames: ['ing'],
  hasGeneration: true,
  strategy: withStatusOf({ loadBalancer: {} }),
  statusStrategy: keepSpec,
});

export const ingressClass = defineKind(resources.ingressClasses, specAlone);
