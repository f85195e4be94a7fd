/*
 * device_sim.h: a disk that fails, for tests: unsynced writes are lost or torn, calls fail, the
 * power goes. All from one seed, so that a run repeats.
 *
 * A sim_disk is the disk; a device is a machine that has it open, one at a time. The disk keeps
 * what is durable apart from what was written since the last sync. sim_disk_crash ends the device
 * (its calls fail with ST_IO from then on; close it all the same) and decides what is left: of the
 * unsynced writes a random subset, in any order, some of them torn at 512-byte sectors. Log
 * segments that were removed may be back, unless a segment was made after them.
 */
#pragma once

#include "store/device.h"

struct sim_disk;

MUST_CHECK enum status sim_disk_new(uint64_t seed, struct sim_disk **disk);
void sim_disk_free(struct sim_disk *disk); /* no device is open; null is fine */
/* ST_IN_USE if a device is open. */
MUST_CHECK enum status device_sim_open(struct sim_disk *disk, struct device **device);

void sim_disk_crash(struct sim_disk *disk);
/* The n-th call from now on (1: the next) that reads, writes or syncs fails with ST_IO; 0: none. A
 * sync that fails turns the device read-only, as the contract says. */
void sim_disk_fail_nth(struct sim_disk *disk, uint64_t nth);
/* After the n-th call from now on that changes the disk every call fails, as if the power had gone:
 * sim_disk_crash decides what is left. 0: never. */
void sim_disk_stop_after(struct sim_disk *disk, uint64_t nth);
/* No page from `page_count` on can be written (ST_NO_SPACE), nor any new log segment made while the
 * file is that large; 0: no bound. */
void sim_disk_limit(struct sim_disk *disk, uint64_t page_count);

/* Calls so far that change the disk; true after sim_disk_stop_after came to pass, until a crash. */
uint64_t sim_disk_change_count(const struct sim_disk *disk);
bool sim_disk_has_stopped(const struct sim_disk *disk);

/* Turns over one bit of what a read gives, durably. False past the end. */
bool sim_disk_flip(struct sim_disk *disk, page_no page, uint32_t byte, uint8_t mask);
