import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepSpec, withStatusOf } from '../strategies';

const newStatus = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };

export const daemonSet = defineKind(resources.daemonSets, {
  shortNames: ['ds'],
  categories: ['all'],
  hasGeneration: true,
  strategy: withStatusOf(newStatus),
  statusStrategy: keepSpec,
});
