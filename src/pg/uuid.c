/*
 * pg/uuid.c - UUIDs that sort by time (RFC 9562, version 7).
 */
#include "postgres.h"

#include "pg/random.h"
#include "pg/timestamps.h"
#include "pg/uuid.h"

pg_uuid_t
uuid_v7(TimestampTz time)
{
	pg_uuid_t uuid;
	int64 unix_time = timestamp_to_unix(time);
	uint64 milliseconds = (uint64) (unix_time / 1000);
	uint32 fraction = (uint32) (unix_time % 1000) * 4096 / 1000;

	random_bytes(uuid.data + 8, 8);
	for (int i = 0; i < 6; i++)
		uuid.data[i] = (unsigned char) (milliseconds >> (8 * (5 - i)));
	uuid.data[6] = (unsigned char) (0x70 | fraction >> 8);
	uuid.data[7] = (unsigned char) fraction;
	uuid.data[8] = (unsigned char) (0x80 | (uuid.data[8] & 0x3F));
	return uuid;
}

void
uuid_text(const pg_uuid_t *uuid, char out[UUID_TEXT_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	char *next = out;

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*next++ = '-';
		*next++ = hex[uuid->data[i] >> 4];
		*next++ = hex[uuid->data[i] & 0x0F];
	}
	*next = '\0';
}
