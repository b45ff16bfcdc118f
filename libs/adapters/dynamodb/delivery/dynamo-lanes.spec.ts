import { describeLanesContract } from '#ports/delivery/lanes.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { deliveryIn } from './testing/delivery-on-dynamo.js';

describeLanesContract('DynamoLanes', deliveryIn(OneDynamo.forThisFile()));
