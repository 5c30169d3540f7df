namespace Minato.Platform;

/// <summary>The record changed after it was read. Read again and decide anew.</summary>
public sealed class StaleRecordException(string table, string key)
    : Exception($"The record '{key}' of table {table} changed after it was read.");

/// <summary>The state cannot be written now. Nothing of the transaction happened; it may be tried again. The message says what to do.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The state on disk cannot be read or may not be opened. The message says why and what to do.</summary>
public sealed class StoreUnreadableException(string message, Exception? inner = null) : Exception(message, inner);
