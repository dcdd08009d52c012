import Link from '@docusaurus/Link';
import type { PropSidebarItem } from '@docusaurus/plugin-content-docs';
import { isActiveSidebarItem, useDocsSidebar } from '@docusaurus/plugin-content-docs/client';
import { useLocation } from '@docusaurus/router';
import { translate } from '@docusaurus/Translate';
import type { ReactNode } from 'react';

/** All pages, in groups. A group is the browser's own `details`: it opens and closes without a script. */
export default function Sidebar(): ReactNode {
  const sidebar = useDocsSidebar();
  const { pathname } = useLocation();
  if (!sidebar) return null;
  return (
    <nav id="sidebar" className="sidebar" aria-label={translate({ id: 'sidebar.label', message: 'All pages' })}>
      <Items items={sidebar.items} path={pathname} />
    </nav>
  );
}

const Items = ({ items, path }: { items: PropSidebarItem[]; path: string }) => (
  <ul>
    {items.map((item) => (
      <li key={'label' in item ? item.label : item.value}>
        <Item item={item} path={path} />
      </li>
    ))}
  </ul>
);

function Item({ item, path }: { item: PropSidebarItem; path: string }) {
  if (item.type === 'html') return null;
  const active = isActiveSidebarItem(item, path);
  if (item.type === 'category') {
    return (
      <details open={active || !item.collapsed}>
        <summary>{item.label}</summary>
        <Items items={item.items} path={path} />
      </details>
    );
  }
  return (
    <Link to={item.href} aria-current={active ? 'page' : undefined}>
      {item.label}
    </Link>
  );
}
