import { clientError } from './errors.ts';
import type { Viewer } from './token-verifier.ts';

/** The viewer, or UNAUTHENTICATED. */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (!viewer) throw clientError('UNAUTHENTICATED', 'log in first: send `Authorization: Bearer <token>`');
  return viewer;
}

/** The viewer with the role admin, or UNAUTHENTICATED or FORBIDDEN. */
export function requireAdmin(viewer: Viewer | null): Viewer {
  const known = requireViewer(viewer);
  if (known.role !== 'admin') throw clientError('FORBIDDEN', 'this needs the role admin');
  return known;
}

export function isOwnerOrAdmin(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.role === 'admin' || viewer.userId === userId);
}
