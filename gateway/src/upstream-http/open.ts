import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { hostnameOf, pinnedTo } from '../addresses.ts';
import type { Open } from './connection.ts';

/** In bytes: what is read at a time at most. */
const readLength = 65_536;

/** Connects to one address of a URL's host name; the certificate has to be that of the name. */
export function openTo(url: string, address: string): Open {
  const { protocol, port } = new URL(url);
  const host = hostnameOf(url);
  const secure = protocol === 'https:';
  const to = { host, port: Number(port || (secure ? 443 : 80)), lookup: pinnedTo(address), noDelay: true };
  // Server names are names: an address is none (RFC 6066, section 3).
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return ({ onOpen, onData }) => {
    if (secure)
      return connectTls({ ...to, ...servername, ALPNProtocols: ['http/1.1'] }, onOpen).on('data', onData);
    // Read into the same memory again and again: else every read takes 64 KiB of new memory, and a stream's machinery.
    const buffer = Buffer.allocUnsafeSlow(readLength);
    const callback = (length: number): boolean => {
      onData(buffer.subarray(0, length));
      return true;
    };
    return connect({ ...to, onread: { buffer, callback } }, onOpen);
  };
}
