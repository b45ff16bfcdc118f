import { describeDispatchesContract } from '#ports/delivery/dispatches.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { deliveryIn } from './testing/delivery-on-dynamo.js';

describeDispatchesContract('DynamoDispatches', deliveryIn(OneDynamo.forThisFile()));
