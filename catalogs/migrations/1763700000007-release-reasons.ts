import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A released reservation says what released it, so that its events can be published anew from the row alone. */
export class ReleaseReasons1763700000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE reservations
        ADD CONSTRAINT rejected_says_why CHECK (
          (status = 'REJECTED') = (reason IS NOT NULL AND reason IN ('OUT_OF_STOCK', 'UNKNOWN_PRODUCT'))),
        ADD CONSTRAINT released_says_why CHECK (
          (status = 'RELEASED') = (reason IS NOT NULL AND reason IN
            ('CANCELLED', 'CANCELLED_BEFORE_RESERVED', 'PAYMENT_DECLINED'))),
        ADD CONSTRAINT others_have_no_reason CHECK (status IN ('REJECTED', 'RELEASED') OR reason IS NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['others_have_no_reason', 'released_says_why', 'rejected_says_why']) {
      await runner.query(`ALTER TABLE reservations DROP CONSTRAINT IF EXISTS ${name}`);
    }
  }
}
