/** What the node is short of: its conditions MemoryPressure, DiskPressure and PIDPressure. */
export interface Pressure {
  memory: boolean;
  disk: boolean;
  pid: boolean;
}
