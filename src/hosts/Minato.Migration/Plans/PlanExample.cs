namespace Minato.Migration.Plans;

/// <summary>A plan file with everything in it, to begin from.</summary>
internal static class PlanExample
{
    public static string Text
    {
        get
        {
            using var stream = typeof(PlanExample).Assembly.GetManifestResourceStream("example.yaml") ?? throw new InvalidOperationException("The example is not in the assembly.");
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }
}
