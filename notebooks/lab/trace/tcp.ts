import type { TraceEvent } from './line';

type Tcp = Extract<TraceEvent, { line: 'tcp' }>;
export type Whose = 'ours' | 'others' | 'unclear';

/**
 * Which TCP connections are the sandbox's. Every sandbox has a loopback of its own, so the same addresses and ports exist
 * several times on one machine, and the trace does not name the network namespace. What a process does to a socket
 * (listen, connect, close) is its own; what a packet or a timer does, while whoever runs, is told by the addresses. That
 * they are the right ones shows in the states: each change goes out from where the one before led to. Where it does not,
 * a change has not been seen, or one of somebody else's was taken for ours, and the matter is unclear.
 */
export class Connections {
  /** The states of our sockets that have these addresses: several may, in listening or connecting to one server. */
  private readonly ours = new Map<string, string[]>();

  whose({ local, remote, from, to }: Tcp, context: 'task' | 'interrupt', task: 'ours' | 'others'): Whose {
    if (context === 'task' && task === 'others') return 'others';
    const key = `${local} ${remote}`;
    // A client's own port is 0 when it goes to SYN_SENT: it is chosen just after (tcp_v4_connect()).
    const portless = `${withoutPort(local)} ${remote}`;
    if (from === 'LISTEN' && to === 'SYN_RECV') {
      // A server's end comes about when the client's packet arrives: it belongs to whom the client's end does.
      if (!this.has(`${remote} ${local}`) && !this.has(`${withoutPort(remote)} ${local}`)) return 'others';
    } else if (from === 'CLOSE') {
      if (context === 'interrupt') return 'others';
    } else if (!this.leave(key, from) && !this.leave(portless, from)) {
      return context === 'task' || this.has(key) ? 'unclear' : 'others';
    }
    if (to !== 'CLOSE') this.ours.set(key, [...(this.ours.get(key) ?? []), to]);
    return 'ours';
  }

  private has(key: string): boolean {
    return (this.ours.get(key) ?? []).length > 0;
  }

  /** Takes one of the sockets with these addresses out of this state; false where none is in it. */
  private leave(key: string, state: string): boolean {
    const states = this.ours.get(key) ?? [];
    const index = states.indexOf(state);
    if (index < 0) return false;
    if (states.length > 1) states.splice(index, 1);
    else this.ours.delete(key);
    return true;
  }
}

const withoutPort = (end: string): string => end.replace(/:\d+$/, ':0');
