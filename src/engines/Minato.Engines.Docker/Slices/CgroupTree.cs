using System.Globalization;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>
/// The control groups that hold the containers of a slice. Version 1 has a tree for each resource, version 2 one for all. A group
/// that is there is set again: a slice may have been made larger.
/// </summary>
internal sealed class CgroupTree(string root, bool isVersion2)
{
    private const long Period = 100_000; // µs: the kernel's own.
    private const int UnitsOfCore = 1024;
    private const long LeastQuota = 1000; // µs: less the kernel refuses.

    public void Ensure(string parent, string name, ResourceSlice slice)
    {
        var quota = Math.Max(LeastQuota, slice.CpuUnits * Period / UnitsOfCore);
        if (isVersion2)
        {
            Directory.CreateDirectory(Path.Combine(root, parent, name));
            Write("+cpu +memory", root, "cgroup.subtree_control");
            Write("+cpu +memory", root, parent, "cgroup.subtree_control");
            Write(Text(slice.MemoryBytes), root, parent, name, "memory.max");
            Write($"{Text(quota)} {Text(Period)}", root, parent, name, "cpu.max");
            return;
        }

        Directory.CreateDirectory(Path.Combine(root, "memory", parent, name));
        Directory.CreateDirectory(Path.Combine(root, "cpu", parent, name));
        Write(Text(slice.MemoryBytes), root, "memory", parent, name, "memory.limit_in_bytes");
        Write(Text(Period), root, "cpu", parent, name, "cpu.cfs_period_us");
        Write(Text(quota), root, "cpu", parent, name, "cpu.cfs_quota_us");
        Write(Text(slice.CpuUnits), root, "cpu", parent, name, "cpu.shares");
    }

    /// <summary>Removes the groups of an installation, as far as nothing runs in them.</summary>
    public void Remove(string parent)
    {
        IEnumerable<string> trees = isVersion2 ? [root] : Directory.EnumerateDirectories(root);
        foreach (var top in trees.Select(t => Path.Combine(t, parent)).Where(Directory.Exists))
        {
            foreach (var group in Directory.GetDirectories(top)) RemoveOne(group);
            RemoveOne(top);
        }
    }

    // The files in a group are the kernel's: only the directory itself is removed, and only when it is empty of processes.
    private static void RemoveOne(string group)
    {
        try
        {
            Directory.Delete(group);
        }
        catch (IOException)
        {
            // Something still runs in it.
        }
    }

    private static void Write(string value, params string[] path) => File.WriteAllText(Path.Combine(path), value);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
