// node-postgres against a served database: types, prepared statements, pools, errors, notices.
//
// usage: node node_client.js URL; prints "ok NAME" or "FAIL NAME: why" a check.
'use strict';
const assert = require('assert');
const { Client, Pool } = require('pg');

const url = process.argv[2];
const checks = {
    async values_come_back(c) {
        const { rows } = await c.query(
            `SELECT true AS b, 1::int2 AS i2, 2::int4 AS i4, 9007199254740993::int8 AS i8,
                    1.5::float8 AS f8, 1.10::numeric AS n, 'é'::text AS t, '\\x00ff'::bytea AS y,
                    NULL::int AS nothing, '2020-01-02 03:04:05+00'::timestamptz AS z,
                    ARRAY[1,2,NULL] AS a, ARRAY['x','y,z'] AS s,
                    interval '1 day 2 hours' AS v`);
        const r = rows[0];
        assert.deepStrictEqual([r.b, r.i2, r.i4, r.i8, r.f8, r.n, r.t, r.nothing],
            [true, 1, 2, '9007199254740993', 1.5, '1.10', 'é', null]);
        assert.deepStrictEqual([...r.y], [0, 255]);
        assert.strictEqual(r.z.toISOString(), '2020-01-02T03:04:05.000Z');
        assert.deepStrictEqual([r.a, r.s], [[1, 2, null], ['x', 'y,z']]);
        assert.deepStrictEqual({ ...r.v }, { days: 1, hours: 2 });
    },

    async parameters_are_bound(c) {
        const when = new Date('2021-02-03T04:05:06.789Z');
        const { rows } = await c.query(
            'SELECT $1::int + $2::int AS sum, $3::text AS t, $4::timestamptz AS w, $5::int[] AS a, $6::bytea AS y',
            [1, '2', null, when, [3, 4], Buffer.from([1, 2])]);
        assert.strictEqual(rows[0].sum, 3);
        assert.strictEqual(rows[0].t, null);
        assert.strictEqual(rows[0].w.getTime(), when.getTime());
        assert.deepStrictEqual(rows[0].a, [3, 4]);
        assert.deepStrictEqual([...rows[0].y], [1, 2]);
    },

    async named_statements_are_reused(c) {
        await c.query('CREATE TABLE node(a int PRIMARY KEY, b text)');
        for (let i = 0; i < 10; i++) {
            await c.query({ name: 'add', text: 'INSERT INTO node VALUES ($1, $2)', values: [i, 'v' + i] });
        }
        const { rows } = await c.query("SELECT name FROM pg_prepared_statements WHERE name = 'add'");
        assert.strictEqual(rows.length, 1);
    },

    async results_tell_what_was_done(c) {
        const r = await c.query("UPDATE node SET b = 'x' WHERE a < 3 RETURNING a");
        assert.deepStrictEqual([r.command, r.rowCount, r.rows.length], ['UPDATE', 3, 3]);
        assert.deepStrictEqual(r.fields.map((f) => [f.name, f.dataTypeID]), [['a', 23]]);
        const several = await c.query('SELECT 1 AS a; SELECT 2 AS b');
        assert.deepStrictEqual(several.map((one) => one.rows[0]), [{ a: 1 }, { b: 2 }]);
    },

    async errors_have_their_fields(c) {
        await assert.rejects(c.query('INSERT INTO node VALUES (1)'), (e) =>
            e.code === '23505' && e.constraint === 'node_pkey' && e.table === 'node' && e.schema === 'public');
        await assert.rejects(c.query('SELECT wrong FROM node'), (e) => e.code === '42703' && e.position === '8');
        assert.strictEqual((await c.query('SELECT 1 AS one')).rows[0].one, 1);
    },

    async transactions_roll_back(c) {
        await c.query('BEGIN');
        await c.query('DELETE FROM node');
        await c.query('ROLLBACK');
        assert.strictEqual((await c.query('SELECT count(*)::int AS n FROM node')).rows[0].n, 10);
    },

    async notices_arrive(c) {
        const notices = [];
        c.on('notice', (n) => notices.push(n.message));
        await c.query('DROP TABLE IF EXISTS nowhere');
        assert.deepStrictEqual(notices, ['table "nowhere" does not exist, skipping']);
    },

    async pools_run_side_by_side() {
        const pool = new Pool({ connectionString: url, max: 8 });
        const sums = await Promise.all([...Array(40).keys()].map((i) =>
            pool.query('SELECT $1::int * 2 AS x', [i])));
        assert.deepStrictEqual(sums.map((r) => r.rows[0].x), [...Array(40).keys()].map((i) => 2 * i));
        await pool.end();
    },
};

async function main() {
    const c = new Client({ connectionString: url });
    await c.connect();
    for (const [name, check] of Object.entries(checks)) {
        try {
            await check(c);
            console.log('ok', name);
        } catch (e) {
            process.exitCode = 1;
            console.log('FAIL', name + ':', String(e.message).split('\n').join(' '));
        }
    }
    await c.end();
}

main().catch((e) => {
    console.log('FAIL main:', e.message);
    process.exitCode = 1;
});
