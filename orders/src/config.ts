import { databaseEnvironment, kafkaEnvironment, serviceEnvironment } from '@ordermesh/chassis/config';

export const environment = serviceEnvironment
  .extend(databaseEnvironment.shape)
  .extend(kafkaEnvironment.shape);
