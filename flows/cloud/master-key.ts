// The launcher and the command line read the master key as the nodes do.
export { loadMasterKey, MasterKeyError } from '../../api/master-key.ts';
