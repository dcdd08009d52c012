import type { TraceEvent } from './trace-line';

type Tcp = Extract<TraceEvent, { line: 'tcp' }>;
export type Whose = 'ours' | 'others' | 'unclear';

/**
 * Which TCP connections are the sandbox's. Every sandbox has a loopback of its own, so the same addresses and ports exist
 * several times on one machine, and the trace does not name the network namespace. What a process does to a socket
 * (listen, connect, close) is its own; what a packet or a timer does, while whoever is interrupted, is told by the
 * addresses, and is unclear where sockets of two owners have the same.
 */
export class Connections {
  /** How many sockets each owner has with these addresses: several may be connecting to one server. */
  private readonly owners: Record<'ours' | 'others', Map<string, number>> = { ours: new Map(), others: new Map() };

  whose(event: Tcp, context: 'task' | 'interrupt', task: 'ours' | 'others'): Whose {
    const { local, remote, from, to } = event;
    const whose = context === 'task' ? task : this.byAddress(event);
    if (whose === 'unclear') return whose;
    const owned = this.owners[whose];
    const key = `${local} ${remote}`;
    const add = (name: string, change: number) => {
      const count = (owned.get(name) ?? 0) + change;
      if (count > 0) owned.set(name, count);
      else owned.delete(name);
    };
    if (from === 'CLOSE' || from === 'LISTEN' || from === 'SYN_SENT') add(key, 1);
    if (from === 'SYN_SENT') add(`${withoutPort(local)} ${remote}`, -1);
    if (to === 'CLOSE') add(key, -1);
    return whose;
  }

  private byAddress({ local, remote, from }: Tcp): Whose {
    // A server's end comes about when the client's packet arrives: it belongs to whom the client's end does.
    const keys =
      from === 'LISTEN'
        ? [`${remote} ${local}`, `${withoutPort(remote)} ${local}`]
        : [`${local} ${remote}`, `${withoutPort(local)} ${remote}`];
    const [ours, others] = [this.owners.ours, this.owners.others].map((sockets) =>
      keys.some((key) => sockets.has(key)),
    );
    return ours && others ? 'unclear' : ours ? 'ours' : 'others';
  }
}

/** A client's own port is 0 when it goes to SYN_SENT: it is chosen just after (tcp_v4_connect()). */
function withoutPort(end: string): string {
  return end.replace(/:\d+$/, ':0');
}
