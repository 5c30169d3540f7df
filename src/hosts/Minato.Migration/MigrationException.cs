namespace Minato.Migration;

/// <summary>Something the user can act on; the message says what is wrong and what to do next.</summary>
internal sealed class MigrationException(string message) : Exception(message);
