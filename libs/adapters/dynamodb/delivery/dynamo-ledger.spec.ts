import { describeLedgerContract } from '#ports/delivery/ledger.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { deliveryIn } from './testing/delivery-on-dynamo.js';

/** Each takes thousands of requests of the fake; run by hand with more. */
const RUNS = 2;

describeLedgerContract('DynamoLedger', deliveryIn(OneDynamo.forThisFile()), RUNS);
