namespace Minato.CloudFormation.Types;

/// <summary>A type of this room whose handlers look at the room's own tables: it is asked whenever these change, not only when its time has come.</summary>
internal interface IWoken;
