/*
 * llm/vocabulary_map.c - vocabularies in files.
 *
 * The only file of the room that touches the file system.
 */
#include "llm/vocabulary.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const Vocabulary *
llp_vocabulary_map(const char *path, const char **problem)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *block = MAP_FAILED;
	const Vocabulary *vocabulary;

	*problem = "it cannot be opened";
	if (file < 0)
		return NULL;
	*problem = "it cannot be mapped";
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
		block = mmap(NULL, (size_t) status.st_size, PROT_READ, MAP_SHARED, file, 0);
	(void) close(file);
	if (block == MAP_FAILED)
		return NULL;
	vocabulary = llp_vocabulary_open(block, (size_t) status.st_size, problem);
	if (vocabulary == NULL)
		(void) munmap(block, (size_t) status.st_size);
	return vocabulary;
}
