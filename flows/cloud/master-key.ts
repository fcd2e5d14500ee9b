// The launcher and the command line read the master key as the nodes do.
export { loadMasterKey, MasterKeyError } from '../../nodes/code-issuer/master-key.ts';
