/**
 * Names the request on a connection that carries several. A subgraph says it in its answer too, so that the gateway can
 * tell that it is the answer to this request and not to another one.
 */
export const requestIdHeader = 'x-gateway-request';
