import { defineKind } from '../define-kind';
import type { ComponentStatus } from '../generated/types';
import type { TablePrinter } from '../kind';
import { columns, nameOf } from '../printers/cells';
import { resources } from '../resources';

const printer: TablePrinter<ComponentStatus> = {
  columns: columns('component', ['Name', 'Status', 'Message', 'Error']),
  row: (component) => {
    const healthy = component.conditions?.find(({ type }) => type === 'Healthy');
    const status = healthy?.status === 'True' ? 'Healthy' : healthy?.status === 'False' ? 'Unhealthy' : 'Unknown';
    return [nameOf(component), status, healthy?.message ?? '', healthy?.error ?? ''];
  },
};

/** How the parts of the control plane are: found out when somebody asks. */
export const componentStatus = defineKind(resources.componentStatuses, {
  shortNames: ['cs'],
  verbs: ['get', 'list'],
  storagePath: null,
  deprecationWarning: 'v1 ComponentStatus is deprecated in v1.19+',
  printer,
});
