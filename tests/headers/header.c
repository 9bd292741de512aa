#include <belay/belay.h>

int main(void)
{
	return bl_version() == 0;
}
